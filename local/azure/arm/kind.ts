import type { Answer } from './answer.ts';
import type { Arm, Call } from './arm.ts';
import type { CollectionTarget, ResourceTarget } from './path.ts';

/** What can be done to resources of one type. */
export interface Kind {
  get(arm: Arm, call: Call, target: ResourceTarget): Answer;
  list(arm: Arm, call: Call, target: CollectionTarget): Answer;
  put(arm: Arm, call: Call, target: ResourceTarget): Answer;
  patch(arm: Arm, call: Call, target: ResourceTarget): Answer;
  remove(arm: Arm, call: Call, target: ResourceTarget): Answer;
  /** `null`: there is no such action. */
  act(arm: Arm, call: Call, target: ResourceTarget, action: string): Answer | null;
}

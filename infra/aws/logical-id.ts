/** A name as CloudFormation's logical ids are written: `instance-state` as `InstanceState`. */
export const toLogicalId = (name: string): string =>
  name.replaceAll(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase());

/**
 * What a rules file may say. Made from tapkeeper.schema.json; some of what is checked, as the form of an id, is in the schema only.
 */

export type Destination =
  | (
      | {
          /**
           * aws or azure
           */
          cloud: 'aws';
          /**
           * the region of the target, as us-east-1
           */
          region: string;
          /**
           * a traffic mirror target's id, as tmt-0a45c694b91bcea54
           */
          target: string;
          networkLoadBalancer?: never;
          networkInterface?: never;
          gatewayLoadBalancerEndpoint?: never;
          /**
           * a traffic mirror filter's id, or a map from account to filter: filters cannot be shared between accounts
           */
          filter:
            | string
            | {
                [k: string]: string;
              };
          /**
           * a whole number from 1 to 32766; the lower one is tried first
           */
          sessionNumber: number;
          /**
           * how many bytes of each packet are mirrored; all of it when left out
           */
          packetLength?: number;
          /**
           * the VXLAN network identifier; chosen by AWS when left out
           */
          virtualNetworkId?: number;
          /**
           * nearest: the next free session number when the wished one is taken; exact: held instead
           */
          numbers?: 'nearest' | 'exact';
          /**
           * whether sessions may come before others' with overlapping filters
           */
          preempt?: boolean;
        }
      | {
          /**
           * aws or azure
           */
          cloud: 'aws';
          /**
           * the region of the target, as us-east-1
           */
          region: string;
          target?: never;
          /**
           * a Network Load Balancer's ARN, as arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/net/NAME/50dc6c495c0c9188
           */
          networkLoadBalancer: string;
          networkInterface?: never;
          gatewayLoadBalancerEndpoint?: never;
          /**
           * a traffic mirror filter's id, or a map from account to filter: filters cannot be shared between accounts
           */
          filter:
            | string
            | {
                [k: string]: string;
              };
          /**
           * a whole number from 1 to 32766; the lower one is tried first
           */
          sessionNumber: number;
          /**
           * how many bytes of each packet are mirrored; all of it when left out
           */
          packetLength?: number;
          /**
           * the VXLAN network identifier; chosen by AWS when left out
           */
          virtualNetworkId?: number;
          /**
           * nearest: the next free session number when the wished one is taken; exact: held instead
           */
          numbers?: 'nearest' | 'exact';
          /**
           * whether sessions may come before others' with overlapping filters
           */
          preempt?: boolean;
        }
      | {
          /**
           * aws or azure
           */
          cloud: 'aws';
          /**
           * the region of the target, as us-east-1
           */
          region: string;
          target?: never;
          networkLoadBalancer?: never;
          /**
           * a network interface's id, as eni-0123456789abcdef0
           */
          networkInterface: string;
          gatewayLoadBalancerEndpoint?: never;
          /**
           * a traffic mirror filter's id, or a map from account to filter: filters cannot be shared between accounts
           */
          filter:
            | string
            | {
                [k: string]: string;
              };
          /**
           * a whole number from 1 to 32766; the lower one is tried first
           */
          sessionNumber: number;
          /**
           * how many bytes of each packet are mirrored; all of it when left out
           */
          packetLength?: number;
          /**
           * the VXLAN network identifier; chosen by AWS when left out
           */
          virtualNetworkId?: number;
          /**
           * nearest: the next free session number when the wished one is taken; exact: held instead
           */
          numbers?: 'nearest' | 'exact';
          /**
           * whether sessions may come before others' with overlapping filters
           */
          preempt?: boolean;
        }
      | {
          /**
           * aws or azure
           */
          cloud: 'aws';
          /**
           * the region of the target, as us-east-1
           */
          region: string;
          target?: never;
          networkLoadBalancer?: never;
          networkInterface?: never;
          /**
           * a Gateway Load Balancer endpoint's id, as vpce-0123456789abcdef0
           */
          gatewayLoadBalancerEndpoint: string;
          /**
           * a traffic mirror filter's id, or a map from account to filter: filters cannot be shared between accounts
           */
          filter:
            | string
            | {
                [k: string]: string;
              };
          /**
           * a whole number from 1 to 32766; the lower one is tried first
           */
          sessionNumber: number;
          /**
           * how many bytes of each packet are mirrored; all of it when left out
           */
          packetLength?: number;
          /**
           * the VXLAN network identifier; chosen by AWS when left out
           */
          virtualNetworkId?: number;
          /**
           * nearest: the next free session number when the wished one is taken; exact: held instead
           */
          numbers?: 'nearest' | 'exact';
          /**
           * whether sessions may come before others' with overlapping filters
           */
          preempt?: boolean;
        }
    )
  | (
      | {
          /**
           * aws or azure
           */
          cloud: 'azure';
          /**
           * a virtual network TAP's id, as /subscriptions/…/virtualNetworkTaps/NAME
           */
          virtualNetworkTap: string;
          loadBalancerFrontend?: never;
          collectorIpConfiguration?: never;
        }
      | {
          /**
           * aws or azure
           */
          cloud: 'azure';
          virtualNetworkTap?: never;
          /**
           * the id of a load balancer's frontend, as /subscriptions/…/loadBalancers/NAME/frontendIPConfigurations/NAME
           */
          loadBalancerFrontend: string;
          collectorIpConfiguration?: never;
        }
      | {
          /**
           * aws or azure
           */
          cloud: 'azure';
          virtualNetworkTap?: never;
          loadBalancerFrontend?: never;
          /**
           * the id of a network interface's IP configuration, as /subscriptions/…/networkInterfaces/NAME/ipConfigurations/NAME
           */
          collectorIpConfiguration: string;
        }
    );
export type Rule =
  | {
      /**
       * a name, which plans and logs give as the reason
       */
      name: string;
      /**
       * the condition, as { tag: mirror }
       */
      when: Condition;
      /**
       * all interfaces of a machine, or its primary one only
       */
      interfaces?: 'all' | 'primary';
      /**
       * the destinations and pools, or the tag that names them
       */
      mirror:
        | [string, ...string[]]
        | {
            /**
             * the tag whose value names the destinations
             */
            fromTag: string;
            /**
             * the destinations and pools that the value may name, as [sensor-use1]
             *
             * @minItems 1
             */
            among: [string, ...string[]];
          };
      /**
       * whether no `never` rule beats this one
       */
      required?: boolean;
      /**
       * the tag that says until when the rule wishes anything
       */
      until?: {
        /**
         * the tag that holds an ISO 8601 time
         */
        fromTag: string;
      };
      never?: never;
    }
  | {
      /**
       * a name, which plans and logs give as the reason
       */
      name: string;
      /**
       * the condition, as { tag: mirror }
       */
      when: Condition;
      /**
       * all interfaces of a machine, or its primary one only
       */
      interfaces?: 'all' | 'primary';
      mirror?: never;
      /**
       * whether no `never` rule beats this one
       */
      required?: boolean;
      /**
       * the tag that says until when the rule wishes anything
       */
      until?: {
        /**
         * the tag that holds an ISO 8601 time
         */
        fromTag: string;
      };
      /**
       * takes away what rules that are not `required` wish
       */
      never: true;
    };
export type Condition =
  | {
      /**
       * @minItems 1
       */
      all: [Condition, ...Condition[]];
    }
  | {
      /**
       * @minItems 1
       */
      any: [Condition, ...Condition[]];
    }
  | {
      not: Condition;
    }
  | (
      | {
          /**
           * a tag's name
           */
          tag: string;
          equals?: string;
          in?: never;
          glob?: never;
        }
      | {
          /**
           * a tag's name
           */
          tag: string;
          equals?: never;
          /**
           * @minItems 1
           */
          in?: [string, ...string[]];
          glob?: never;
        }
      | {
          /**
           * a tag's name
           */
          tag: string;
          equals?: never;
          in?: never;
          glob?: string;
        }
    )
  | {
      cloud: ('aws' | 'azure') | ['aws' | 'azure', ...('aws' | 'azure')[]];
    }
  | {
      account: string | [string, ...string[]];
    }
  | {
      region: string | [string, ...string[]];
    }
  | {
      resourceGroup: string | [string, ...string[]];
    }
  | {
      network: string | [string, ...string[]];
    }
  | {
      subnet: string | [string, ...string[]];
    }
  | {
      machineType: string | [string, ...string[]];
    }
  | {
      machineName: string | [string, ...string[]];
    };

export interface RulesFile {
  /**
   * the version of the format: 1
   */
  version: 1;
  /**
   * the mark on what is attached, as soc
   */
  owner: string;
  /**
   * owners whose attachments are read as ours
   */
  formerOwners?: string[];
  /**
   * attach-only never detaches
   */
  policy?: 'sync' | 'attach-only';
  /**
   * how many running machines may lose or change mirroring at once: the larger of count and percent
   */
  guard?: {
    count?: number;
    percent?: number;
  };
  /**
   * how running machines on Azure may be interrupted: attaching and detaching do that
   */
  interruption?: {
    /**
     * how many running machines of a subscription may change at a time; 5 when left out
     */
    inFlight?: number;
    /**
     * how long a running machine is left alone after an event, as 30s
     */
    settle?: string;
    /**
     * when running machines may be interrupted; at any time when left out
     *
     * @minItems 1
     */
    windows?: [Window, ...Window[]];
  };
  /**
   * how many of an interface's three sessions may be ours
   */
  slots?: number;
  /**
   * how long a stopped machine keeps its attachments
   */
  graceHours?: number;
  /**
   * sensor entry points by name
   */
  destinations?: {
    [k: string]: Destination;
  };
  /**
   * lists of destinations of which one is used
   */
  pools?: {
    /**
     * @minItems 1
     */
    [k: string]: [string, ...string[]];
  };
  /**
   * all are evaluated, in this order
   */
  rules?: Rule[];
}
export interface Window {
  /**
   * when it begins: five fields, minute first, as "0 2 * * *"
   */
  cron: string;
  /**
   * how long it is open, as 4h; nothing starts in its last minute
   */
  duration: string;
  /**
   * an IANA time zone, as Europe/Berlin; UTC when left out
   */
  timeZone?: string;
}

/** What is used of the load balancing API: a module of its own, which is loaded for the first load balancer to look at. */
export {
  DescribeListenersCommand,
  DescribeLoadBalancersCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';

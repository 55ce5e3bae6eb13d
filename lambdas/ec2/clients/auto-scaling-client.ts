/** What is used of Auto Scaling: a module of its own, which is loaded for the first launch hook. */
export { AutoScalingClient, CompleteLifecycleActionCommand } from '@aws-sdk/client-auto-scaling';

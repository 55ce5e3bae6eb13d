/** What is used of STS: a module of its own, which is loaded for the first account that is not the process's own. */
export { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';

/** What is used of Systems Manager: a module of its own, which is loaded where the rules are kept in a parameter. */
export { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';

/** What is used of SQS: a module of its own, which is loaded when something is first put on a queue. Most events put nothing there. */
export { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';

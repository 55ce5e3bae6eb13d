import { CfnOutput, type Stack } from 'aws-cdk-lib';

/** Something to read off a stack that was deployed, with what it is for. */
export const addOutput = (stack: Stack, id: string, description: string, value: string): CfnOutput =>
  new CfnOutput(stack, id, { description, value });

/** What is used of S3: a module of its own, which is loaded where the rules are kept in a bucket. */
export { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';

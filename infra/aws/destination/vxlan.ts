import { Port } from 'aws-cdk-lib/aws-ec2';

/** The port of VXLAN (RFC 7348); traffic mirroring sends to no other. */
export const VXLAN_PORT = 4789;

/** What carries mirrored packets, as security groups say it. */
export const VXLAN = Port.udp(VXLAN_PORT);

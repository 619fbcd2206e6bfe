/* eslint-disable @n8n/community-nodes/no-restricted-imports -- types of a server that receives what a real n8n sends */
declare module '@20minutes/s3rver' {
	import type { Server } from 'node:http';
	import type { AddressInfo } from 'node:net';

	export default class S3rver {
		constructor(options: {
			readonly address: string;
			readonly port: number;
			readonly directory: string;
			readonly silent: boolean;
			readonly configureBuckets: ReadonlyArray<{ readonly name: string }>;
		});
		readonly httpServer: Server;
		run(): Promise<AddressInfo>;
		close(): Promise<void>;
	}
}

declare module '@20minutes/s3rver/lib/models/account' {
	/** The account that all requests belong to. */
	export const DUMMY_ACCOUNT: { createKeyPair(accessKeyId: string, secretAccessKey: string): void };
}

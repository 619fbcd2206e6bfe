import { randomUUID } from 'node:crypto';

import { Postgres } from './postgres';
import type { Environment } from './process';
import { Redis } from './redis';
import type { Setup } from './setup';

/** Executions that each worker runs at a time. The others wait in the queue. */
export const WORKER_CONCURRENCY = 2;

/** Returns the settings of an n8n in queue mode, as in production: on PostgreSQL and Redis, which this starts. */
export async function queueMode(setup: Pick<Setup, 'closeLater'>): Promise<Environment> {
	const postgres = setup.closeLater(await Postgres.start());
	const redis = setup.closeLater(await Redis.start());
	return {
		...postgres.environment,
		EXECUTIONS_MODE: 'queue',
		OFFLOAD_MANUAL_EXECUTIONS_TO_WORKERS: 'true',
		QUEUE_BULL_REDIS_HOST: '127.0.0.1',
		QUEUE_BULL_REDIS_PORT: String(redis.port),
		N8N_DEFAULT_BINARY_DATA_MODE: 'database',
		N8N_ENCRYPTION_KEY: randomUUID(),
		N8N_CONCURRENCY_PRODUCTION_LIMIT: String(WORKER_CONCURRENCY),
		N8N_METRICS: 'true',
		N8N_METRICS_INCLUDE_QUEUE_METRICS: 'true',
		N8N_METRICS_QUEUE_METRICS_INTERVAL: '1',
		// Finds a dead worker, which no longer renews its lock, in seconds rather than in a minute and a half.
		QUEUE_WORKER_LOCK_DURATION: '5000',
		QUEUE_WORKER_LOCK_RENEW_TIME: '1000',
		QUEUE_WORKER_STALLED_INTERVAL: '2000',
	};
}

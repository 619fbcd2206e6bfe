import { LearnedLimit } from './learnedLimit';

/** Accounts, and executions of each, that are remembered at most. */
const MAX_KEPT = 100;

interface Account {
	readonly limit: LearnedLimit;
	/** The executions that have sent requests lately. */
	readonly executions: Set<string>;
}

const accounts = new Map<string, Account>();

function dropOldest(kept: Map<string, unknown> | Set<string>): void {
	for (const oldest of kept.keys()) {
		if (kept.size > MAX_KEPT) kept.delete(oldest);
	}
}

/**
 * Returns the rate limit of an account. All executions in this process share it, since they share what it allows. A new
 * execution need not believe in a long wait that others have learned.
 *
 * @param name anything that tells accounts apart
 * @param execution which execution asks
 */
export function limitOf(name: string, execution: string): LearnedLimit {
	const account = accounts.get(name) ?? { limit: new LearnedLimit(), executions: new Set() };
	accounts.delete(name);
	accounts.set(name, account);
	dropOldest(accounts);
	const { limit, executions } = account;
	if (executions.has(execution)) return limit;
	if (executions.size > 0) limit.lookAtOnce();
	executions.add(execution);
	dropOldest(executions);
	return limit;
}

/* eslint-disable @n8n/community-nodes/no-restricted-imports -- a test reads its budget from the environment */
import fc from 'fast-check';
import process from 'node:process';

/** Seconds for all properties of a file together. */
const SECONDS = Number(process.env.FUZZ_SECONDS ?? 3);

/** A run that is under way when time is up is still finished: what it started must not reach into the next test. */
const GRACE = 60_000;

/** More runs than any budget has time for. */
const NO_LIMIT = 1_000_000_000;

const seedOf = (given: string | undefined): number =>
	given === undefined ? Date.now() % 2 ** 31 : Number(given);

/** Says whether something holds for a value; it throws where it does not. */
export type Claim<T> = (value: T) => void | Promise<void>;

/** A test that a claim holds for what was found once, and then for as many values as the time allows. */
export type Always = <T>(
	sentence: string,
	values: fc.Arbitrary<T>,
	claim: Claim<T>,
	found?: readonly T[],
) => void;

/** Characters of a value that somebody reads; the seed brings all of it back. */
const SHOWN = 1500;

/** What was found: with which value, and what did not hold for it. */
async function reported<T>(details: fc.RunDetails<T>): Promise<Error> {
	const report = (await fc.asyncDefaultReportMessage(details)) ?? '';
	const short = report.length > SHOWN ? `${report.slice(0, SHOWN)}…` : report;
	return new Error(short, { cause: details.errorInstance });
}

/** Tests for a file with so many properties, which share its seconds; each prints the seed that repeats it. */
export function campaign(properties: number): Always {
	const milliseconds = (SECONDS * 1000) / properties;
	return <T>(sentence: string, values: fc.Arbitrary<T>, claim: Claim<T>, found: readonly T[] = []): void => {
		test(
			sentence,
			async () => {
				const seed = seedOf(process.env.FUZZ_SEED);
				let running: Promise<void> = Promise.resolve();
				const property = fc.asyncProperty(values, async (value) => {
					running = Promise.resolve(claim(value));
					await running;
				});
				const details = await fc.check(property, {
					seed,
					numRuns: NO_LIMIT,
					examples: found.map((value) => [value]),
					interruptAfterTimeLimit: milliseconds,
					markInterruptAsFailure: false,
				});
				await running.catch(() => undefined);
				process.stdout.write(`${sentence}: ${details.numRuns} runs, FUZZ_SEED=${seed} repeats them\n`);
				if (details.failed) throw await reported(details);
				expect(details.numRuns).toBeGreaterThan(0);
			},
			milliseconds + GRACE,
		);
	};
}

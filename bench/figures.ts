import type { Blocks } from './blocks';
import type { Spending } from './faults';
import type { LimitRow } from './limits';
import type { Profile } from './profile';
import type { RealN8n } from './realN8n';
import type { Timing } from './timings';

/** Everything that `npm run bench` measures, and on what. */
export interface Figures {
	readonly machine: string;
	readonly node: string;
	readonly n8n: string;
	readonly undici: string;
	/** Rounds behind each median. */
	readonly rounds: number;
	/** Peak bytes of an n8n that runs an empty workflow. */
	readonly emptyPeak: number;
	readonly timings: readonly Timing[];
	readonly spending: readonly Spending[];
	readonly blocks: readonly Blocks[];
	readonly limits: readonly LimitRow[];
	/** Null in a quick benchmark. */
	readonly realN8n: RealN8n | null;
	readonly profile: Profile;
	/** Milliseconds that the package takes to load, bytes of the archive and of its files. */
	readonly package: {
		readonly loadTime: number;
		readonly size: number;
		readonly unpackedSize: number;
		readonly files: number;
	};
}

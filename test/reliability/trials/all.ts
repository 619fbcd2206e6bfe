import type { Row, Trial } from '../trial';
import { GROUPS, SETTINGS } from '../trial';
import { brokenTrials } from './broken';
import { connectionTrials } from './connection';
import { contentTrials } from './content';
import { keyTrials } from './key';
import { moneyTrials } from './money';
import { protocolTrials } from './protocol';
import { statusTrials } from './status';
import { timeTrials } from './time';

/** Every fault, in the order of the report. */
export const trials: readonly Trial[] = [
	statusTrials,
	connectionTrials,
	brokenTrials,
	protocolTrials,
	contentTrials,
	timeTrials,
	moneyTrials,
	keyTrials,
]
	.flat()
	.toSorted((one, other) => GROUPS.indexOf(one.group) - GROUPS.indexOf(other.group));

/** Every fault under every setting. */
export const allRows = (): Row[] =>
	trials.flatMap((trial) => SETTINGS.map((setting) => ({ trial, setting })));

/** Every fault once, under the settings in turn. */
export const quickRows = (): Row[] =>
	trials.map((trial, index) => ({ trial, setting: SETTINGS[index % SETTINGS.length]! }));

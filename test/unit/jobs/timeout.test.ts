import type { OptionUser } from '../../../nodes/Segmind/jobs/optionKinds';
import { optionFields } from '../../../nodes/Segmind/jobs/options';

/** Some editors take the default of the first field of a name, so that one must cut no wait short. */
it.each<[user: OptionUser | undefined, defaults: number[]]>([
	[undefined, [120]],
	['image:generate', [600, 120]],
	['image:getResult', [600]],
	['pixelFlow:run', [600]],
])('starts for %s with %j seconds, the longest first', (user, defaults) => {
	const fields = optionFields(user).filter(({ name }) => name === 'timeout');
	expect(fields.map((field) => field.default)).toStrictEqual(defaults);
	const typeOptions = { minValue: 5, maxValue: 600, numberPrecision: 0 };
	expect(fields.map((field) => field.typeOptions)).toStrictEqual(defaults.map(() => typeOptions));
});

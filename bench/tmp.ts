import { Runner } from './runner';
import { measureScenario, HEADLINE, measureEmptyPeak } from './timings';
void (async () => {
	const runner = await Runner.start(() => undefined);
	const peak = await measureEmptyPeak(runner, 1);
	for (const items of [16, 64]) for (const t of await measureScenario(runner, { ...HEADLINE, items }, peak, 5)) console.log(t.items, t.contender, t.milliseconds.toFixed(0), t.overFloor.toFixed(2), ((t.memory ?? 0) / 1e6).toFixed(0) + ' MB', t.cpu.toFixed(1));
	await runner.stop();
	process.exit();
})();

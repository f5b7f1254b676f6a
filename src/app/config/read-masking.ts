import type { MaskingSettings, Transform } from '../../masking/masking-settings.ts';
import { notCarried } from './not-carried.ts';
import { type Spot, whole } from './spot.ts';

/** `masking:`. */
export function readMasking(spot: Spot): MaskingSettings | undefined {
  const fields = spot.fields(['preset', 'classes', 'sealOriginals']);
  if (fields === undefined) return undefined;
  fields.optional('sealOriginals', undefined, (child) => notCarried(child, 'sealOriginals'));
  return whole<MaskingSettings>({
    preset: fields.optional('preset', null, (child) => child.oneOf(['hipaa-safe-harbor'])),
    classes: fields.optional('classes', new Map<string, Transform>(), readClasses),
  });
}

function readClasses(spot: Spot): ReadonlyMap<string, Transform> | undefined {
  const classes = new Map<string, Transform>();
  for (const [name, child] of spot.children() ?? []) {
    const transform = readTransform(child);
    if (transform !== undefined) classes.set(name, transform);
  }
  return classes;
}

function readTransform(spot: Spot): Transform | undefined {
  if (spot.isMap()) {
    const partial = spot.fields(['partial'])?.required('partial', (child) => child.fields(['keepLast']));
    const keepLast = partial?.required('keepLast', (child) => child.integer(1, 64));
    return keepLast === undefined ? undefined : { kind: 'partial', keepLast };
  }
  const written = spot.written();
  if (written === 'partial') return spot.fault('partial must say what it keeps: { partial: { keepLast: 4 } }.');
  // YAML reads the bare word as "nothing"; here it is the transform that answers SQL NULL.
  if (written === 'null') return { kind: 'null' };
  const kind = spot.oneOf(['redact', 'null', 'year', 'tokenize']);
  return kind === undefined ? undefined : { kind };
}

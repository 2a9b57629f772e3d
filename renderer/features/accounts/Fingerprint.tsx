/** A certificate's fingerprint, in groups that two people can compare by eye and aloud. */
export function Fingerprint({ value }: { value: string }) {
  const pairs = value.split(':');
  const groups = Array.from({ length: Math.ceil(pairs.length / 4) }, (_, i) =>
    pairs.slice(4 * i, 4 * i + 4).join(':'),
  );
  return (
    <code translate="no" className="flex flex-wrap gap-x-2 font-mono text-meta tabular-nums">
      {groups.map((group, i) => (
        // The colon between two groups is copied, not drawn twice.
        <span key={i}>
          {group}
          {i < groups.length - 1 && <span className="text-muted">:</span>}
        </span>
      ))}
    </code>
  );
}

/** Three significant digits, thousands grouped: 0.0123, 1.23, 123, 12,300. */
export function formatNumber(value: number): string {
  if (value === 0 || !Number.isFinite(value)) {
    return String(value);
  }
  const magnitude = Math.floor(Math.log10(Math.abs(value)));
  if (magnitude >= 2) {
    const step = 10 ** (magnitude - 2);
    return (Math.round(value / step) * step).toLocaleString("en-US");
  }
  return value.toFixed(2 - magnitude);
}

/** An id whose first 48 bits are its time (RFC 9562, version 7): the collector refuses others. Chance is an argument. */
export function uuidv7(milliseconds: number, random: () => number): string {
  const time = milliseconds.toString(16).padStart(12, '0')
  const nibbles = (count: number) => Array.from({ length: count }, () => Math.floor(random() * 16).toString(16)).join('')
  const variant = '89ab'[Math.floor(random() * 4)]
  return `${time.slice(0, 8)}-${time.slice(8)}-7${nibbles(3)}-${variant}${nibbles(3)}-${nibbles(12)}`
}

/** For so long nothing is read, and no timer goes off: as on a machine, or in a program, that has much else to do. */
export function beBusy(ms: number): void {
  for (const end = performance.now() + ms; performance.now() < end; );
}

/** A field's name as people read it: `createdAt` is “created at”. */
export const labelOf = (name: string): string => name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)

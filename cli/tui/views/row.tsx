import { Box, Text } from 'ink'
import type { ReactNode } from 'react'

/** One row of the screen, whatever stands in it: what is too long is cut, never wrapped. */
export function Row({ children }: { children?: ReactNode }) {
  return (
    <Box height={1} flexShrink={0} overflow="hidden">
      <Text wrap="truncate-end">{children ?? ' '}</Text>
    </Box>
  )
}

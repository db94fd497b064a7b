/** What the shop is told when it is built or served (README.md). */
interface ImportMetaEnv {
  readonly VITE_VIGIE_KEY?: string
  readonly VITE_VIGIE_ENDPOINT?: string
}

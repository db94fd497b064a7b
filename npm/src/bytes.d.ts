/** The WASM, gzipped, as base64; `cargo xtask sdk` writes it. */
declare const bytes: string
export default bytes

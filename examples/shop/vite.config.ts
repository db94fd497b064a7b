/** The shop's own needs only: React's refresh in development. Vigie wants no line here. */
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

export default defineConfig({ plugins: [react()] })

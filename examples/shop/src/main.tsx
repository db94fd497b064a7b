/** Where the page begins: Vigie first, so that not even the first view is missed, then React. */
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { startMonitoring } from './monitoring.ts'
import { SignupPage } from './SignupPage.tsx'
import './style.css'

startMonitoring()

const root = document.getElementById('root')
if (root) {
  createRoot(root).render(
    <StrictMode>
      <SignupPage />
    </StrictMode>,
  )
}

import { withBasePath } from '@/lib/client/base-path'

/** Sets the theme that was chosen before anything is painted. The key is the one of `components/ui/theme-switch.tsx`. */
const theme = `try{const t=localStorage.getItem('rollcall-theme');if(t==='light'||t==='dark')document.documentElement.dataset.theme=t}catch{}`

/**
 * The only policy of Trusted Types that a page may have: a script comes from our own build, and the one HTML is what React makes an empty script element of. Whatever else would
 * become a script or HTML throws.
 */
const trust = `window.trustedTypes?.createPolicy('default',{createScriptURL(u){const a=new URL(u,location.href);if(a.origin===location.origin&&a.pathname.startsWith(${JSON.stringify(
  withBasePath('/_next/static/'),
)}))return u;throw new TypeError('No script of this console')},createHTML(h){if(h==='<script>'+'<'+'/script>')return h;throw new TypeError('No HTML from text')}});`

/** What runs first in every page. A constant: nothing that a request brings is in it. */
export const firstScript = `${trust}${theme}`

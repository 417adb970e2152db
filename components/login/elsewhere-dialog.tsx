import { useConsole } from '@/components/shell/console-context'
import { Button } from '@/components/ui/button'
import { Dialog } from '@/components/ui/dialog'
import { withBasePath } from '@/lib/client/base-path'
import { ProviderLink } from './provider-link'

/** For whoever has no password here: a provider can be asked to ask again, and leads back to this page; a proxy cannot. */
export function ElsewhereDialog({ why, onClose }: { why: string; onClose: () => void }) {
  const isProvider = useConsole().me.by === 'openid'
  const { pathname, search } = window.location
  const here = `${pathname.slice(withBasePath('').length)}${search}`
  return (
    <Dialog
      isOpen
      onOpenChange={(open) => (open ? undefined : onClose())}
      title={isProvider ? 'Sign in again, please' : 'This needs a password of this console'}
      description={why}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          {isProvider ? <ProviderLink text="Sign in again" next={here} isAgain /> : null}
        </>
      }
    >
      <p className="text-sm text-muted">
        {isProvider
          ? 'You leave this page, sign in at your provider, and come back to it. Then do it once more.'
          : 'A proxy signed you in, and it cannot be asked to ask again. Sign out, and in with an account of this console.'}
      </p>
    </Dialog>
  )
}

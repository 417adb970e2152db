/** The payload is larger than the store allows; nothing was written. Recognise it by `name`. */
export class SessionTooLargeError extends Error {
  readonly sizeBytes: number
  readonly limitBytes: number

  constructor(sizeBytes: number, limitBytes: number) {
    super(
      `The session would take ${sizeBytes} bytes in Redis; the limit is ${limitBytes}. Keep large data elsewhere and its name in the session.`,
    )
    this.name = 'SessionTooLargeError'
    this.sizeBytes = sizeBytes
    this.limitBytes = limitBytes
  }
}

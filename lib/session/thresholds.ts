/** From which number on something is a finding. The settings say them; the row, the filter and the findings page judge by the same. */
export type Thresholds = {
  /** A payload past this warns, as the seed of this product asks: large sessions slow Redis. */
  oversizedBytes: number
  /** A payload past this is critical. */
  hugeBytes: number
  /** A session that still has more than this to live is beyond what any usual policy allows. */
  longestLifeMs: number
  /** One person with more sessions than this in one source is many times over. */
  sessionsEach: number
  /** Anonymous sessions are a finding when they are more than this part of all, and at least so many. */
  anonymousPercent: number
  anonymousLeast: number
  /** OWASP asks for this much entropy in a session id; an id that could not hold it is weak whatever made it. */
  idBits: number
  /** A Redis whose memory is fuller than this has little time left. */
  fullPercent: number
}

/** What holds where no setting says otherwise. */
export const defaultThresholds: Thresholds = {
  oversizedBytes: 4096,
  hugeBytes: 64 * 1024,
  longestLifeMs: 30 * 24 * 60 * 60_000,
  sessionsEach: 20,
  anonymousPercent: 50,
  anonymousLeast: 100,
  idBits: 64,
  fullPercent: 90,
}

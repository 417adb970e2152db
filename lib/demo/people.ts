/** A pretend person of the samples. Addresses are from the ranges that are reserved for documentation. */
export type Person = { id: number; name: string; email: string }

/** Fifteen browsers as they introduce themselves, the common ones first. */
export const userAgents = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/147.0.0.0 Safari/537.36',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 26_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Mobile/15E148 Safari/604.1',
  'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/147.0.0.0 Mobile Safari/537.36',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Safari/605.1.15',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/147.0.0.0 Safari/537.36',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:149.0) Gecko/20100101 Firefox/149.0',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/147.0.0.0 Safari/537.36 Edg/147.0.0.0',
  'Mozilla/5.0 (iPad; CPU OS 26_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Mobile/15E148 Safari/604.1',
  'Mozilla/5.0 (X11; Linux x86_64; rv:149.0) Gecko/20100101 Firefox/149.0',
  'Mozilla/5.0 (Linux; Android 16; SAMSUNG SM-S931B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/29.0 Chrome/136.0.0.0 Mobile Safari/537.36',
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/147.0.0.0 Safari/537.36',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:149.0) Gecko/20100101 Firefox/149.0',
  'Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/146.0.0.0 Safari/537.36',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/146.0.0.0 Safari/537.36 OPR/130.0.0.0',
  'Mozilla/5.0 (Android 16; Mobile; rv:149.0) Gecko/149.0 Firefox/149.0',
] as const

/** The heavy users come first; names that a careless table gets wrong are among the rest. */
const names = [
  'Priya Raman',
  'Jonas Lindqvist',
  'Amara Okafor',
  'Lucía Fernández',
  'Tomasz Wójcik',
  'Hannah Brandt',
  'Kenji Watanabe',
  'Zoë van der Berg',
  'Mateus Carvalho',
  'Aoife Ní Bhriain',
  '🦊 Foxglove',
  'Ma\u202etsil nimda\u202cllory',
  'Ali\u200bce',
  'Maximiliana Theodora Featherstonehaugh-Konstantinopoulou, MSc',
  '李小龙',
  'محمد العلي',
  'Олена Шевченко',
  'Ngozi Adeyemi',
  'Sofia Rossi',
  'Elias Haddad',
  'Freya Sørensen',
  'Daniel Cohen',
  'Mei-Ling Chen',
  'Rahul Mehta',
  'Camille Dubois',
  'Björn Þórsson',
  'Isabella Moretti',
  'Omar Farouk',
  'Anneke Visser',
  'Gabriel Souza',
  'Nina Petrović',
  'Liam Murphy',
  'Yuki Tanaka',
  'Chloé Lambert',
  'Samuel Mensah',
  'Ingrid Haugen',
  'Pablo Ortiz',
  'Leila Karimi',
  'Viktor Novák',
  'Grace Kim',
  'Noah Fischer',
  'Thandiwe Nkosi',
  'Marta Kowalska',
  'Hiroshi Sato',
  'Elif Yılmaz',
  'Oliver Bennett',
  'Fatima Zahra',
  'Matteo Ricci',
  'Saoirse Byrne',
  'Arjun Patel',
  'Hanna Nieminen',
  'Diego Morales',
  'Katarina Horvat',
  "Rory O'Donnell",
  'Linh Nguyễn',
  'Beatriz Lopes',
  'Emre Demir',
  'Astrid Berg',
  'Kwame Boateng',
  'Julia Schneider',
  'Ravi Iyer',
  'Manon Girard',
  'Stefan Ionescu',
  'Ebba Nilsson',
  'Carlos Vega',
  'Aisha Siddiqui',
  'Ethan Clarke',
  'Milena Dimitrova',
  'Tane Walker',
  'Greta Weiss',
] as const

/** Seventy people; nobody is called 42, the seed's own Alice is. */
export const people = names.map((name, index): Person => {
  const handle = name
    .normalize('NFD')
    .replace(/[^a-z ]/gi, '')
    .trim()
    .toLowerCase()
    .replace(/ +/g, '.')
  return { id: 1001 + index * 7, name, email: `${handle.slice(0, 24) || `guest${index}`}@example.com` }
}) as [Person, ...Person[]]

/** One address for each number: two in three IPv4, the others IPv6. */
export function addressOf(seed: number): string {
  if (seed % 3 === 2) return `2001:db8:${(seed % 4096).toString(16)}::${((seed * 31) % 65_521).toString(16)}`
  const networks = ['192.0.2', '198.51.100', '203.0.113'] as const
  return `${networks[seed % 2 === 0 ? 0 : 1 + (Math.floor(seed / 6) % 2)]}.${1 + (seed % 254)}`
}

import { benchBilling } from './billing.ts'
import { benchCreate } from './create.ts'
import { benchFiles } from './files.ts'
import { machine } from './harness.ts'
import { benchMove } from './move.ts'
import { benchNowServ } from './nowserv.ts'
import { benchPastes } from './pastes.ts'
import { benchPictures } from './pictures.ts'
import { benchStart } from './start.ts'

const benches = {
  start: benchStart,
  nowserv: benchNowServ,
  create: benchCreate,
  move: benchMove,
  pastes: benchPastes,
  pictures: benchPictures,
  files: benchFiles,
  billing: benchBilling,
}
const wanted = process.argv.slice(2)
console.log(machine())
for (const [name, bench] of Object.entries(benches)) if (wanted.length === 0 || wanted.includes(name)) await bench()

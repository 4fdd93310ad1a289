import { createAccount } from './accounts/create.ts'
import { deleteAccount } from './accounts/delete.ts'
import { exportAccount } from './accounts/export.ts'
import { inviteAccount } from './accounts/invite.ts'
import { listAccounts } from './accounts/list.ts'
import { createPassword } from './accounts/passwords/create.ts'
import { listPasswords } from './accounts/passwords/list.ts'
import { revokePassword } from './accounts/passwords/revoke.ts'
import { showAccount } from './accounts/show.ts'
import { resumeAccount, suspendAccount } from './accounts/suspend.ts'
import { createToken } from './accounts/tokens/create.ts'
import { listTokens } from './accounts/tokens/list.ts'
import { revokeToken } from './accounts/tokens/revoke.ts'
import { updateAccount } from './accounts/update.ts'
import { listAudit } from './audit/list.ts'
import { addAddon, removeAddon } from './billing/addons.ts'
import { cancelBilling, resumeBilling } from './billing/cancel.ts'
import { keepPlan } from './billing/keep.ts'
import { listPlans } from './billing/list-plans.ts'
import { advanceSandbox, syncMember, syncPlans } from './billing/ops.ts'
import { listOverrides, removeOverride, setOverride } from './billing/overrides.ts'
import { listInvoices, openPortal } from './billing/portal.ts'
import { previewBilling } from './billing/preview.ts'
import { showBilling } from './billing/show.ts'
import { showPlan } from './billing/show-plan.ts'
import { upgradeBilling } from './billing/upgrade.ts'
import { createPaste } from './content/pastes/create.ts'
import { deletePaste } from './content/pastes/delete.ts'
import { listPastes } from './content/pastes/list.ts'
import { listLanguages } from './content/pastes/list-languages.ts'
import { showPaste } from './content/pastes/show.ts'
import { takePasteDown } from './content/pastes/takedown.ts'
import { updatePaste } from './content/pastes/update.ts'
import { deletePicture } from './content/pictures/delete.ts'
import { listPictures } from './content/pictures/list.ts'
import { showPicture } from './content/pictures/show.ts'
import { takePictureDown } from './content/pictures/takedown.ts'
import { uploadPicture } from './content/pictures/upload.ts'
import { contentTotals } from './content/totals.ts'
import { contentUsage } from './content/usage.ts'
import type { AnyOperation } from './operation/define.ts'
import { platformStatus } from './platform/status.ts'
import { platformVersion } from './platform/version.ts'
import { connectBouncer } from './provisioning/bouncers/connect.ts'
import { createBouncer } from './provisioning/bouncers/create.ts'
import { deleteBouncer } from './provisioning/bouncers/delete.ts'
import { removeHostname } from './provisioning/bouncers/hostname/remove.ts'
import { setHostname } from './provisioning/bouncers/hostname/set.ts'
import { showHostname } from './provisioning/bouncers/hostname/show.ts'
import { verifyHostname } from './provisioning/bouncers/hostname/verify.ts'
import { listBouncers } from './provisioning/bouncers/list.ts'
import { restartBouncer } from './provisioning/bouncers/restart.ts'
import { showBouncer } from './provisioning/bouncers/show.ts'
import { updateBouncer } from './provisioning/bouncers/update.ts'
import { createUpstream } from './provisioning/upstreams/create.ts'
import { deleteUpstream } from './provisioning/upstreams/delete.ts'
import { listUpstreams } from './provisioning/upstreams/list.ts'
import { showUpstream } from './provisioning/upstreams/show.ts'
import { updateUpstream } from './provisioning/upstreams/update.ts'

/** Every operation of irc.now, in the order in which help lists them. */
export const catalogue: readonly AnyOperation[] = [
  createBouncer,
  listBouncers,
  showBouncer,
  updateBouncer,
  restartBouncer,
  deleteBouncer,
  connectBouncer,
  setHostname,
  showHostname,
  verifyHostname,
  removeHostname,
  createUpstream,
  listUpstreams,
  showUpstream,
  updateUpstream,
  deleteUpstream,
  createPaste,
  listPastes,
  showPaste,
  updatePaste,
  deletePaste,
  takePasteDown,
  listLanguages,
  uploadPicture,
  listPictures,
  showPicture,
  deletePicture,
  takePictureDown,
  contentUsage,
  contentTotals,
  showPlan,
  listPlans,
  keepPlan,
  setOverride,
  listOverrides,
  removeOverride,
  showBilling,
  upgradeBilling,
  previewBilling,
  addAddon,
  removeAddon,
  cancelBilling,
  resumeBilling,
  openPortal,
  listInvoices,
  showAccount,
  updateAccount,
  exportAccount,
  deleteAccount,
  createAccount,
  listAccounts,
  inviteAccount,
  suspendAccount,
  resumeAccount,
  createPassword,
  listPasswords,
  revokePassword,
  createToken,
  listTokens,
  revokeToken,
  listAudit,
  platformStatus,
  platformVersion,
  syncPlans,
  syncMember,
  advanceSandbox,
]

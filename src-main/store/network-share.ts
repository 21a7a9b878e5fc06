/** Whether a folder lies on a network share, where SQLite's write-ahead log does not work. */
import { readFileSync, realpathSync, statfsSync } from 'node:fs';

/** Magic numbers of statfs(2), from linux/magic.h and the file systems' own sources. */
const NETWORK_TYPES = new Set([
  0x6969, // NFS
  0x517b, // SMB
  0xff534d42, // CIFS
  0xfe534d42, // SMB2
  0x01021997, // 9p: folders shared into a virtual machine
  0x5346414f, // AFS
  0x6b414653, // kAFS
  0x00c36400, // Ceph
  0x0bd00bd0, // Lustre
  0x47504653, // GPFS
  0x19830326, // BeeGFS
  0x786f4256, // VirtualBox shared folders
  0x73757245, // Coda
  0x564c, // NCP
]);

const FUSE = 0x65735546;
/** File systems of local disks that go through FUSE. */
const LOCAL_FUSE = new Set(['fuseblk', 'fuse.ntfs-3g', 'fuse.exfat', 'fuse.exfat-fuse', 'fuse.ext4']);

/** The number of the folder's file system, as statfs(2) gives it. */
export type FileSystemType = (folder: string) => number;

export const fileSystemTypeOf: FileSystemType = (folder) => statfsSync(folder).type;

/** Unknown kinds count as local; kinds behind FUSE that are not known to be local count as shares, which is safe. */
export function isNetworkShare(folder: string, typeOf: FileSystemType = fileSystemTypeOf): boolean {
  if (/^[\\/]{2}[^\\/?.]/.test(folder)) return true;
  try {
    const type = typeOf(folder) >>> 0;
    return NETWORK_TYPES.has(type) || (type === FUSE && !LOCAL_FUSE.has(mountKind(folder)));
  } catch {
    return false;
  }
}

/** The kind of the mount that a folder lies on, e.g. `fuse.sshfs`; see proc_pid_mountinfo(5). */
function mountKind(folder: string): string {
  const path = realpathSync(folder);
  let best = { point: '', kind: '' };
  for (const line of readFileSync('/proc/self/mountinfo', 'utf8').split('\n')) {
    const [before = '', after = ''] = line.split(' - ');
    const point = (before.split(' ')[4] ?? '').replace(/\\(\d{3})/g, (_, octal: string) =>
      String.fromCharCode(Number.parseInt(octal, 8)),
    );
    const inside = path === point || path.startsWith(point.endsWith('/') ? point : `${point}/`);
    if (point && inside && point.length >= best.point.length)
      best = { point, kind: after.split(' ')[0] ?? '' };
  }
  return best.kind;
}

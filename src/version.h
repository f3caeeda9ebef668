/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _NTA_VERSION_H
#define _NTA_VERSION_H

/* dkms.conf has it, too */
#define NTA_VERSION	"0.1.0"

#endif /* _NTA_VERSION_H */

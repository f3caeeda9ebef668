/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who reads from a socket owns what has been waiting there, if nobody sends.
 */
#ifndef _NTA_READER_H
#define _NTA_READER_H

void nta_reader_init(void);
void nta_reader_rest(unsigned long quiet);
void nta_reader_exit(void);

#endif /* _NTA_READER_H */

/* SPDX-License-Identifier: ISC */
/*
 * For inputs in parts with a NUL between them, of which the first PARTS are to
 * be without a mistake for anything to happen: most changes go to the others.
 */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t most);
size_t LLVMFuzzerCustomMutator(
	uint8_t *data, size_t size, size_t most, unsigned seed);

size_t
LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned seed)
{
	size_t at = 0, parts = seed % 3 ? PARTS : 0;
	const uint8_t *zero;

	for (; parts > 0; parts--) {
		zero = memchr(data + at, '\0', size - at);
		at = zero ? (size_t)(zero - data) + 1 : 0;
	}
	return at + LLVMFuzzerMutate(data + at, size - at, most - at);
}

/*
 * The known word that is nearest to one that is not known: "did you mean".
 */
#ifndef DDNS_NEAREST_H
#define DDNS_NEAREST_H

/* The nearest of a NULL-terminated list, or NULL if none is near. */
const char *nearest_word(const char *word, const char *const *known);

#endif

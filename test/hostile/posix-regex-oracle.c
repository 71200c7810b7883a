/*
 * What glibc says, as Asterisk asks it. Each line of input is a pattern and subjects, in hexadecimal, divided by blanks
 * and each behind a dot. Each line of output is `error`, or one m (match) or n (no) for each subject.
 * A pattern that takes longer than two seconds ends the program.
 */
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifndef __GLIBC__
#error "Asterisk's filters are glibc's regular expressions"
#endif

static char *unhex(const char *hex)
{
	size_t length = strlen(hex) / 2;
	char *text = calloc(length + 1, 1);

	for (size_t i = 0; i < length; i++) {
		unsigned int byte;
		sscanf(hex + 2 * i, "%2x", &byte);
		text[i] = (char) byte;
	}
	return text;
}

int main(void)
{
	char *line = NULL;
	size_t capacity = 0;

	setvbuf(stdout, NULL, _IOLBF, 4096);
	while (getline(&line, &capacity, stdin) > 0) {
		regex_t regex;
		char *rest;
		char *pattern = unhex(strtok_r(line, " \n", &rest) + 1);

		alarm(2);
		if (regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB)) {
			puts("error");
		} else {
			for (char *word; (word = strtok_r(NULL, " \n", &rest));) {
				char *subject = unhex(word + 1);
				putchar(regexec(&regex, subject, 0, NULL, 0) == 0 ? 'm' : 'n');
				free(subject);
			}
			putchar('\n');
			regfree(&regex);
		}
		alarm(0);
		free(pattern);
	}
	return 0;
}

/* tests/fuzz/replay.c -- stands in for libFuzzer where it is not linked: runs
   every file of a folder through the target once. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/fuzz/fuzz.h"

/* Into memory of just that size, so that AddressSanitizer sees a step too far.
 */
static int replay(const char *path) {
  FILE *file = fopen(path, "rb");
  if (file == NULL) return 0;
  long size = fseek(file, 0, SEEK_END) == 0 ? ftell(file) : -1;
  uint8_t *data = size < 0 ? NULL : malloc(size == 0 ? 1 : (size_t)size);
  int ok = data != NULL && fseek(file, 0, SEEK_SET) == 0 &&
           fread(data, 1, (size_t)size, file) == (size_t)size;
  if (ok) LLVMFuzzerTestOneInput(data, (size_t)size);
  free(data);
  return fclose(file) == 0 && ok;
}

int main(int argc, char **argv) {
  if (argc != 2) return 2;
  struct dirent **names;
  int count = scandir(argv[1], &names, NULL, alphasort);
  int failed = 0;
  int replayed = 0;
  for (int i = 0; i < count; i++) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", argv[1], names[i]->d_name);
    if (names[i]->d_name[0] == '.') {
      /* the folder itself, or hidden */
    } else if (replay(path)) {
      replayed++;
    } else {
      fprintf(stderr, "%s: cannot be read\n", path);
      failed++;
    }
    free(names[i]);
  }
  if (count >= 0) free(names);
  printf("%d inputs\n", replayed);
  return replayed > 0 && failed == 0 ? 0 : 1;
}

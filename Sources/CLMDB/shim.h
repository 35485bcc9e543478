#include <lmdb.h>
#include <malloc.h>
#include "search.h"

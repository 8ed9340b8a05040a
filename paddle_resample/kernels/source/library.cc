// All operators in one unit: most of the compiler's time goes into Paddle's headers.
#include "cells_operator.h"
#include "interpolate_operator.h"
#include "grid_sample_operator.h"
#include "reassemble_operator.h"
#include "sample_at_offsets_operator.h"
#include "haar_operator.h"
#include "max_unpool_operator.h"
#include "strided_filter_operator.h"

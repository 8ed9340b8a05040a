// All operators in one unit: most of the compiler's time goes into Paddle's headers.
#include "cells_operator.h"
#include "interpolate_operator.h"
#include "grid_sample_operator.h"

/**
 * The main demonstration: two models that learn handwritten digits from a sharded parameter server.
 *
 * <p>The arithmetic (data set, layers, models) is plain and knows nothing of Mobula;
 * {@code DigitsWorker} and {@code DigitsTraining} put it on actors and tasks. Never used by
 * anything but the command line and its own tests.
 */
@NullMarked
package io.mobula.samples.digits;

import org.jspecify.annotations.NullMarked;

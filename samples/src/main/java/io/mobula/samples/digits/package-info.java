/**
 * Main demonstration: two models learn handwritten digits from a sharded parameter server.
 *
 * <p>The data set, layers and models are plain arithmetic without Mobula; {@code DigitsWorker} and
 * {@code DigitsTraining} run them on actors and tasks. Only the command line and the tests use this
 * package.
 */
@NullMarked
package io.mobula.samples.digits;

import org.jspecify.annotations.NullMarked;

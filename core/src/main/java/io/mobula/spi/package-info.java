/**
 * The ports of a node: what other modules or users may supply, found by
 * {@link java.util.ServiceLoader} or made by the node that uses them.
 *
 * <p>Owns no implementation and no state. Uses the vocabulary of {@code io.mobula}, and Akka's.
 */
@NullMarked
package io.mobula.spi;

import org.jspecify.annotations.NullMarked;

/**
 * What a node asks of this module: its accelerators in the node's own words
 * ({@code io.mobula.spi}), found by {@link java.util.ServiceLoader}.
 *
 * <p>Owns the translation alone; what there is the probe knows.
 */
@NullMarked
package io.mobula.gpu.node;

import org.jspecify.annotations.NullMarked;

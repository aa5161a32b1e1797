/**
 * What an accelerator is: its name, its place, its health and how busy it is, as plain records, and
 * the port through which they are asked for.
 *
 * <p>Owns the words; never talks to a driver (that is {@code source}, {@code nvml} and
 * {@code probe}) and never hands a device out.
 */
@NullMarked
package io.mobula.gpu;

import org.jspecify.annotations.NullMarked;

/**
 * Commands that run the samples, which {@code SampleCommands} adds to the {@code mobula} command.
 * No sample needs this package.
 */
@NullMarked
package io.mobula.samples.command;

import org.jspecify.annotations.NullMarked;

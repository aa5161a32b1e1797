package io.mobula.internal.output;

/**
 * Settings for the output of tasks and actors.
 *
 * @param toDriver whether this process's program wants the output of its work on other nodes
 * @param capture whether output that is printed here for other drivers is sent to them
 * @param keepLocally whether such lines also appear in this process's own output
 * @param linesPerSecond the maximum number of lines per second from this process to one driver
 * @param bytesPerLine the maximum length of a line; the rest is cut off
 */
public record OutputSettings(
    boolean toDriver, boolean capture, boolean keepLocally, int linesPerSecond, int bytesPerLine) {}

"""scheduler.py LAYERS WIDTH: the graph of scheduler.lua as asyncio tasks."""

import asyncio
import sys


async def node(*parents):
    for parent in parents:
        await parent


async def main(layers, width):
    before = [asyncio.create_task(node()) for _ in range(width)]
    for _ in range(layers - 1):
        before = [
            asyncio.create_task(node(before[i], before[(i + 1) % width]))
            for i in range(width)
        ]
    for task in before:
        await task


asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))

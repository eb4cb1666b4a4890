import { it } from 'vitest'
import { openPage } from './open-page.fixture.js'
it('writes', async () => {
  const f='/var/tmp/htmlB.84fg/sample.html'
  for (const [name, o] of Object.entries({light:{},dark:{colorScheme:'dark'},phone:{width:390,height:1000}}) as any) {
    const { page, close } = await openPage(f, {...o, hash: '#v=gemma4%2Fe4b%2Fpruned%20on%20mlx-lm%3Agpu%2Fbfloat16'})
    await page.waitForTimeout(500)
    await page.screenshot({ path: `/var/tmp/htmlB.84fg/${name}1.png` })
    await page.evaluate('scrollBy(0,850)')
    await page.screenshot({ path: `/var/tmp/htmlB.84fg/${name}2.png` })
    await page.evaluate('scrollTo(0,0)')
    await page.screenshot({ path: `/var/tmp/htmlB.84fg/${name}0.png` })
    await close()
  }
})
